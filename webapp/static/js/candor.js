// Comfort on top of pages that work without it: show a password, copy a value, print, dismiss a notice, close menus, refuse large files.

const BUTTONS = '[data-reveal], [data-copy], [data-print], [data-dismiss]'

document.addEventListener('click', (event) => {
  const target = event.target.closest(BUTTONS)
  if (target?.matches('[data-reveal]')) reveal(target)
  if (target?.matches('[data-copy]')) copy(target)
  if (target?.matches('[data-print]')) window.print()
  if (target?.matches('[data-dismiss]')) target.closest('.alert').remove()
  closeMenus((menu) => !menu.contains(event.target))
})

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') closeMenus(() => true)
})

document.addEventListener('change', (event) => {
  if (event.target.matches('input[data-most-bytes]')) checkSize(event.target)
})

document.addEventListener('htmx:load', (event) => showButtons(event.target))
showButtons(document)

document.addEventListener('htmx:pushedIntoHistory', forgetPath)
document.addEventListener('htmx:replacedInHistory', forgetPath)
forgetPath()

// htmx notes the address of the page in the browser's storage, links from emails too. It goes on without the note.
function forgetPath() {
  try {
    sessionStorage.removeItem('htmx-current-path-for-history')
  } catch (error) {
    if (error.name !== 'SecurityError') throw error // the browser keeps nothing at all
  }
}

function showButtons(root) {
  root.querySelectorAll(BUTTONS).forEach((button) => { button.hidden = false })
}

function reveal(button) {
  const input = document.getElementById(button.dataset.reveal)
  const shown = input.type === 'text'
  input.type = shown ? 'password' : 'text'
  button.setAttribute('aria-pressed', String(!shown))
}

// Before minutes of uploading end in a refusal.
function checkSize(input) {
  const tooLarge = [...input.files].some((file) => file.size > Number(input.dataset.mostBytes))
  input.setCustomValidity(tooLarge ? input.dataset.tooLarge : '')
  input.reportValidity()
}

async function copy(button) {
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value)
  button.classList.add('is-done')
  button.setAttribute('aria-label', button.dataset.done)
}

function closeMenus(isLeft) {
  document.querySelectorAll('details[name="menu"][open]').forEach((menu) => {
    if (!isLeft(menu)) return
    const hadFocus = menu.contains(document.activeElement)
    menu.open = false
    if (hadFocus) menu.querySelector('summary').focus()
  })
}
