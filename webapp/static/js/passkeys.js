// Asks the browser for a passkey when a form with data-passkey is sent, and sends the answer in its place.

const isAble = Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON)

document.querySelectorAll('[data-passkey]').forEach((place) => {
  place.hidden = !isAble
  if (place.nextElementSibling?.matches('[data-passkey-missing]')) place.nextElementSibling.hidden = isAble
  place.querySelector('form').addEventListener('submit', (event) => {
    event.preventDefault()
    send(place, event.target)
  })
})

async function send(place, form) {
  const button = form.querySelector('button[type=submit]')
  const problem = form.querySelector('[data-passkey-problem]')
  button.disabled = true
  problem.hidden = true
  try {
    form.elements.answer.value = JSON.stringify(await ask(place.dataset.passkey, await options(place, form)))
    form.submit()
  } catch (error) {
    problem.hidden = false
    button.disabled = false
  }
}

async function options(place, form) {
  const headers = { 'X-CSRFToken': form.elements.csrf_token.value }
  const response = await fetch(place.dataset.options, { method: 'POST', headers })
  if (!response.ok || response.redirected) throw new Error(`no options: ${response.status}`)
  return response.json()
}

function ask(way, given) {
  if (way === 'create') {
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(given) })
  }
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(given) })
}
