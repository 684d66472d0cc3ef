// The rules come from layers.json; this file only says them in dependency-cruiser's words.
const layers = require('./layers.json')

const floors = layers.floors
const allowedPeers = new Set(layers.sameFloorAllowed.map((edge) => `${edge.from}>${edge.to}`))
const rooms = floors.flat()
const forbidden = []

for (const [level, floor] of floors.entries()) {
  for (const room of floor) {
    const below = new Set(floors.slice(0, level).flat())
    const offLimits = rooms.filter((other) => other !== room && !below.has(other) && !allowedPeers.has(`${room}>${other}`))
    if (offLimits.length > 0) {
      forbidden.push({
        name: `${room}-imports-downward`,
        comment: `${room}/ is on floor ${level}: it may not import ${offLimits.join(', ')}`,
        severity: 'error',
        from: { path: `^src/${room}/` },
        to: { path: `^src/(${offLimits.join('|')})/` },
      })
    }
    forbidden.push({
      name: `${room}-is-entered-by-its-door`,
      comment: `other rooms import ${room}/index.ts, never a file behind it`,
      severity: 'error',
      from: { path: '^(src|examples)/', pathNot: `^src/${room}/` },
      to: { path: `^src/${room}/`, pathNot: `^src/${room}/index\\.ts$` },
    })
  }
}

module.exports = {
  forbidden: [
    ...forbidden,
    { name: 'no-circular', severity: 'error', from: { path: '^src/' }, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'rooms-do-not-import-the-root', severity: 'error', from: { path: '^src/[^/]+/' }, to: { path: '^src/index\\.ts$' } },
    {
      name: 'kernel-stands-alone',
      severity: 'error',
      from: { path: '^src/kernel/' },
      to: { pathNot: '^src/kernel/', dependencyTypesNot: ['core'] },
    },
    { name: 'known-room', comment: 'a new room must be entered in layers.json', severity: 'error', from: { path: `^src/(?!(${rooms.join('|')})/)[^/]+/` }, to: {} },
    { name: 'src-needs-no-dev-dependency', severity: 'error', from: { path: '^src/' }, to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'unknown'] , pathNot: '^node_modules/@(?:aws-sdk/client-dynamodb|faker-js/faker)' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'], extensions: ['.ts', '.js', '.json'] },
  },
}
