// Comfort while writing a campaign: the preview follows what is typed, a click inserts a variable, and unsaved text is not lost by accident.

const form = document.getElementById('draft')
const body = document.getElementById('body')
const tabs = [...document.querySelectorAll('[data-preview]')]
let unsaved = false
let waiting
let previews = 0

form.addEventListener('input', () => {
  unsaved = true
  clearTimeout(waiting)
  waiting = setTimeout(showPreview, 400)
})

form.addEventListener('submit', (event) => {
  if (!event.submitter?.matches('[data-preview]')) unsaved = false
})

// From the request on, so that what is typed until its answer comes counts as unsaved.
document.addEventListener('htmx:beforeRequest', (event) => {
  if (event.detail.target.id === 'outcome') unsaved = false
})

document.addEventListener('htmx:afterRequest', (event) => {
  const { target, xhr } = event.detail
  if (target.id === 'outcome' && (xhr.status < 200 || xhr.status > 299)) unsaved = true
})

addEventListener('beforeunload', (event) => {
  if (unsaved) event.preventDefault()
})

addEventListener('keydown', (event) => {
  if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return
  event.preventDefault()
  form.querySelector('[data-save]').click()
})

tabs.forEach((tab) => tab.addEventListener('click', (event) => {
  event.preventDefault()
  tabs.forEach((other) => other.setAttribute('aria-pressed', String(other === tab)))
  showPreview()
}))

document.addEventListener('change', (event) => {
  if (event.target.id === 'reader') showPreview()
})

document.querySelectorAll('[data-insert]').forEach((button) => {
  button.disabled = false
  button.addEventListener('click', () => {
    body.setRangeText(button.dataset.insert, body.selectionStart, body.selectionEnd, 'end')
    body.focus()
    body.dispatchEvent(new Event('input', { bubbles: true }))
  })
})

// Into a new frame, which takes the old one's place when it has loaded: no flicker, and no step in the history for each pause in typing.
function showPreview() {
  const tab = tabs.find((each) => each.getAttribute('aria-pressed') === 'true')
  const next = document.querySelector('.preview__frame').cloneNode()
  next.removeAttribute('src')
  next.name = tab.formTarget = `preview-${++previews}`
  next.hidden = true
  document.querySelector('.preview').append(next)
  next.addEventListener('load', () => {
    document.querySelectorAll('.preview__frame').forEach((frame) => { if (frame !== next) frame.remove() })
    next.hidden = false
  })
  form.requestSubmit(tab)
}
