import { createHash } from 'node:crypto'
import { countedFindings } from '../../audit/counted.ts'
import type { RolesReport } from '../report.ts'
import { accessSection } from './access.ts'
import { findingsSection } from './findings.ts'
import { Html, html, name } from './html.ts'
import { rolesSection } from './roles.ts'
import { script } from './script.ts'
import { style } from './style.ts'

/**
 * The report as one HTML page that asks nobody for anything: a policy inside forbids every request, and every script and
 * style but its own.
 */
export function reportPage(report: RolesReport, host: string): string {
  const { database, takenAt, roles, objects, findings, notices } = report
  const policy = `default-src 'none'; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'; base-uri 'none'; form-action 'none'`
  const count = objects.reduce((total, { names }) => total + names.length, 0)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Who may do what in ${database}</title>
<style>${new Html(style)}</style>
</head>
<body>
<a class="skip" href="#access">Skip to access</a>
<header>
<h1>Who may do what in ${name(database)}</h1>
<p class="facts">${name(host)} <span>${roles.length} roles</span> <span>${count} objects</span> <span>${countedFindings(findings)}</span> <time datetime="${takenAt}">${takenAt.replace('T', ' ').slice(0, 19)} UTC</time></p>
<form role="search" hidden>
<label>Role <input type="search" id="role" autocomplete="off" spellcheck="false"></label>
<label>Object <input type="search" id="object" autocomplete="off" spellcheck="false"></label>
<output aria-live="polite"></output>
</form>
</header>
<main>
${findingsSection(findings, notices)}
${rolesSection(roles)}
${accessSection(report)}
</main>
<footer><p>Made by <code>prisma-iam roles report</code>. Types, languages, large objects and row security policies are not part of it.</p></footer>
<script>${new Html(script)}</script>
</body>
</html>
`.text
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
