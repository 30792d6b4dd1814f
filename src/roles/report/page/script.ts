/** Two search fields: one hides rows of objects, one hides columns and rows of roles. Without it everything is shown. */
export const script = `
'use strict'
const form = document.querySelector('form')
const said = form.querySelector('output')
const fields = { role: document.getElementById('role'), object: document.getElementById('object') }
const rows = [...document.querySelectorAll('tbody tr')]
const cells = [...document.querySelectorAll('.matrix [data-role]')]
const names = [...document.querySelectorAll('.several code')]
const wanted = (field) => field.value.trim().toLowerCase()
const matches = (text, part) => part === '' || text === undefined || text.toLowerCase().includes(part)
const isEmpty = (row) => row.closest('.matrix') && !row.querySelector('td:not([hidden]):not(.none):not([data-role=""])')
function show() {
  const role = wanted(fields.role)
  const object = wanted(fields.object)
  for (const cell of cells) cell.hidden = cell.dataset.role !== '' && !matches(cell.dataset.role, role)
  for (const row of rows) {
    row.hidden = !matches(row.dataset.role, role) || !matches(row.dataset.object, object) || (role !== '' && isEmpty(row))
  }
  for (const name of names) name.hidden = !matches(name.textContent, object)
  for (const more of document.querySelectorAll('details')) {
    more.open = object !== ''
    more.hidden = object !== '' && !more.querySelector('code:not([hidden])')
  }
  for (const table of document.querySelectorAll('table')) {
    table.closest('section').hidden = !table.querySelector('tbody tr:not([hidden])')
  }
  const left = rows.filter((row) => !row.hidden).length
  said.textContent = role + object === '' ? '' : left + ' of ' + rows.length + ' rows'
}
for (const field of Object.values(fields)) field.addEventListener('input', show)
form.addEventListener('submit', (event) => event.preventDefault())
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.target instanceof HTMLInputElement) return
  event.preventDefault()
  fields.object.focus()
})
addEventListener('beforeprint', () => {
  for (const more of document.querySelectorAll('details')) more.open = true
})
form.hidden = false
`
