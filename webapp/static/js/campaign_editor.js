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

document.addEventListener('htmx:beforeOnLoad', (event) => {
  if (event.detail.target.id === 'outcome' && event.detail.xhr.status < 300) unsaved = false
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
