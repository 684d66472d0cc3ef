/** A word with its article: `an Order`, `a User`, `an updating`. */
export function withArticle(word: string): string {
  const vowel = /^[aeiou]/i.test(word) && !/^(u[^aeiou][aeiou]|eu|one)/i.test(word)
  return `${vowel ? 'an' : 'a'} ${word}`
}
