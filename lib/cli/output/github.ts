// Annotations of GitHub Actions.
// Source: github.com/actions/toolkit, packages/core/src/command.ts, which escapes so.
import { escaped } from './escape.js'

/** `::error file=...::message`, which GitHub shows beside the file. */
export function errorAnnotation(file: string, title: string, message: string): string {
  return `::error file=${property(file)},title=${property(title)}::${data(escaped(message))}`
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(escaped(text)).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
