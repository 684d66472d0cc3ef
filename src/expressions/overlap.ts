import { ExpressionError } from './errors.js'
import type { Path, UpdateAction } from './nodes.js'
import { formatPath } from './path.js'

/** True when `path` is `start`, or lies inside it. */
export function isInside(path: Path, start: Path): boolean {
  if (start.length > path.length) return false
  for (let i = 0; i < start.length; i++) if (path[i] !== start[i]) return false
  return true
}

/** DynamoDB refuses an update that touches one place twice, or a place and the map around it. @throws ExpressionError `EXPRESSION.PATH_OVERLAP` */
export function refuseOverlaps(actions: readonly UpdateAction[]): void {
  // Only actions on the same attribute can overlap; usually all attributes are different.
  const names = new Set<string | number | undefined>()
  for (const { path } of actions) names.add(path[0])
  if (names.size === actions.length) return
  const byName = new Map<string | number, Path[]>()
  for (const { path } of actions) {
    const name = path[0] as string
    const others = byName.get(name)
    if (others === undefined) byName.set(name, [path])
    else {
      const other = others.find((each) => isInside(each, path) || isInside(path, each))
      if (other !== undefined) throw overlap(other, path)
      others.push(path)
    }
  }
}

function overlap(one: Path, other: Path): ExpressionError {
  const [a, b] = [formatPath(one), formatPath(other)]
  return new ExpressionError(
    'EXPRESSION.PATH_OVERLAP',
    a === b
      ? `One update changes "${a}" twice.`
      : `One update changes both "${a}" and "${b}", and one lies inside the other.`,
    { details: { paths: [a, b] } },
  )
}
