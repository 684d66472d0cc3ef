import type { EntityBinding } from './entity-binding.js'
import type { Where } from './where.js'

/** A condition with comparisons of encrypted attributes as those of their blind indexes, which hold keyed hashes. */
export function blindWhere(where: Where, binding: EntityBinding): Where {
  const { codec } = binding
  switch (where.kind) {
    case 'compare': {
      const blind = codec.blindIndexes.get(where.attribute)
      if (blind === undefined || (where.op !== '=' && where.op !== '<>')) return where
      return { kind: 'compare', op: where.op, attribute: blind.name, value: codec.blind(where.attribute, where.value) }
    }
    case 'in': {
      const blind = codec.blindIndexes.get(where.attribute)
      if (blind === undefined) return where
      const values = where.values.map((value) => (value === null ? null : codec.blind(where.attribute, value)))
      return { kind: 'in', attribute: blind.name, values }
    }
    case 'not':
      return { kind: 'not', where: blindWhere(where.where, binding) }
    case 'and':
      return { kind: 'and', all: where.all.map((each) => blindWhere(each, binding)) }
    case 'or':
      return { kind: 'or', any: where.any.map((each) => blindWhere(each, binding)) }
    default:
      return where
  }
}
