import type { Where } from './where.js'

/** Two conditions that must both hold, each as a whole, whatever `orWhere` one of them has in it. */
export function together(left: Where, right: Where): Where {
  return { kind: 'and', all: [left, right].flatMap((where) => (where.kind === 'and' ? where.all : [where])) }
}
