/** Kinds of relations. */
export const RELATION_TYPES = [
  'hasOne',
  'hasMany',
  'belongsTo',
  'belongsToMany',
  'hasOneThrough',
  'hasManyThrough',
  'morphOne',
  'morphMany',
  'morphTo',
  'morphToMany',
  'morphedByMany',
] as const

export type RelationType = (typeof RELATION_TYPES)[number]
