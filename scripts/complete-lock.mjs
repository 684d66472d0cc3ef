// Completes package-lock.json with the packages of other platforms: our engine's, and those of the development tools.
//
// npm leaves an optional package out of the lock where the registry at hand does not carry it, and `npm ci` then
// refuses the lock. Run this after anything that rewrites the lock (`npm update`, a deleted lock).
import { readFileSync, writeFileSync } from 'node:fs'

const root = new URL('../', import.meta.url)
const lockFile = new URL('package-lock.json', root)
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
const lock = JSON.parse(readFileSync(lockFile, 'utf8'))

Object.assign(lock.packages[''], {
  dependencies: manifest.dependencies,
  optionalDependencies: manifest.optionalDependencies,
})

let added = 0
for (const [parent, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`
    if (path in lock.packages || `${parent}/${path}` in lock.packages) continue
    if (!/^\d+\.\d+\.\d+/.test(version)) throw new Error(`${name} of ${parent} has no exact version: ${version}`)
    // No `resolved`, no `integrity`: npm fills them in where the package can be had.
    const { os, cpu, libc } = platformOf(name)
    // The order npm itself writes; what is undefined is left out.
    lock.packages[path] = { version, cpu: [cpu], dev: entry.dev, libc, optional: true, os: [os] }
    added += 1
  }
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'))
lock.packages = Object.fromEntries(sorted)
writeFileSync(lockFile, `${JSON.stringify(lock, null, 2)}\n`)
console.log(added === 0 ? 'The lock was complete.' : `Added ${added} packages of other platforms.`)

/** The machine a platform package is for, as its name says; without it npm would try to fetch it everywhere. */
function platformOf(name) {
  const [, os, cpu, abi = ''] =
    /(darwin|linux|win32|android|freebsd|openharmony)-([a-z0-9]+)(?:-(\w+))?$/.exec(name) ?? []
  if (os === undefined) throw new Error(`${name} does not say which platform it is for`)
  const libc = os !== 'linux' || abi === '' ? undefined : [abi.startsWith('musl') ? 'musl' : 'glibc']
  return { os, cpu, libc }
}
