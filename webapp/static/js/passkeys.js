// Asks the browser for a passkey before a form with data-passkey is sent, and sends the answer along.

document.addEventListener('htmx:load', (event) => preparePasskeys(event.target))
preparePasskeys(document)

function preparePasskeys(root) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) return
  root.querySelectorAll('[data-passkey][hidden]').forEach((place) => {
    place.hidden = false
    place.closest('form').addEventListener('submit', (event) => {
      event.preventDefault()
      event.stopImmediatePropagation()
      sendWithPasskey(place, event.target)
    })
  })
}

async function sendWithPasskey(place, form) {
  const button = place.querySelector('button[type=submit]')
  const problem = place.querySelector('[data-passkey-problem]')
  button.disabled = true
  problem.hidden = true
  try {
    const options = await passkeyOptions(place.dataset.options, form.elements.csrf_token.value)
    form.elements.answer.value = JSON.stringify(await askForPasskey(place.dataset.passkey, options))
    form.querySelectorAll('[data-follows]').forEach((field) => { field.value = document.getElementById(field.dataset.follows).checked ? 'y' : '' })
    form.submit()
  } catch (error) {
    problem.hidden = false
    button.disabled = false
  }
}

async function passkeyOptions(url, token) {
  const response = await fetch(url, { method: 'POST', headers: { 'X-CSRFToken': token } })
  if (!response.ok || response.redirected) throw new Error(`no options: ${response.status}`)
  return response.json()
}

function askForPasskey(way, options) {
  if (way === 'create') {
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
  }
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })
}
