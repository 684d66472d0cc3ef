import { inParallel, run } from './run.mjs'

// The longest first, so that none of them is waited for alone at the end.
const CHECKS = [
  ['lint', 'node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'],
  // All tests together are more than it has memory for.
  ['types, TypeScript 5', 'node_modules/typescript/bin/tsc', '--noEmit', '-p', 'test/types/tsconfig.typescript5.json'],
  ['declarations', 'node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.build.json'],
  [
    'architecture',
    'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    '--config',
    '.dependency-cruiser.cjs',
    'src',
  ],
  ['unused code', 'node_modules/knip/bin/knip.js', '--no-progress', '--no-config-hints'],
  ['types', 'node_modules/typescript7/bin/tsc', '--noEmit', '-p', 'tsconfig.json'],
  ['types, strictest', 'node_modules/typescript7/bin/tsc', '--noEmit', '-p', 'test/types/tsconfig.strictest.json'],
  ['format', 'node_modules/@biomejs/biome/bin/biome', 'check', '--colors=off', '--error-on-warnings', '.'],
]
const FAST_TESTS = ['fast tests', 'node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', '--reporter', 'dot']
const ADVISORIES = ['advisories', 'scripts/audit.mjs']

/**
 * Everything that can be said about the code without an engine.
 *
 * @param {{ tests: boolean }} options whether the fast tests run too, and the registry is asked for advisories
 * @returns {Promise<{ name: string, ok: boolean, output: string, seconds: number }[]>}
 */
export function runChecks({ tests }) {
  const checks = tests ? [FAST_TESTS, ...CHECKS, ADVISORIES] : CHECKS
  const jobs = checks.map(([name, ...command]) => async () => ({ name, ...(await run(command)) }))
  return inParallel(jobs, 2)
}
