/** Text with every character that hides, moves or turns what stands beside it spelled out: `\u{202e}`. */
export function visibleText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}
