import type { CommandEntry } from './command.js'

/** Every command, in groups, as `--help` lists them. A test compares names and summaries with the files. */
export const COMMANDS: Readonly<Record<string, readonly CommandEntry[]>> = {
  'Local engine': [
    {
      name: 'start',
      summary: 'Start the local engine',
      load: () => import('./commands/start.js'),
    },
    { name: 'stop', summary: 'Stop the local engine', load: () => import('./commands/stop.js') },
    { name: 'status', summary: 'Show the local engines that run', load: () => import('./commands/status.js') },
    {
      name: 'install',
      summary: 'Say which local engines are there, and install what is missing',
      load: () => import('./commands/install.js'),
    },
    { name: 'logs', summary: 'Print what the local engine wrote last', load: () => import('./commands/logs.js') },
    { name: 'reset', summary: 'Delete every table of the local engine', load: () => import('./commands/reset.js') },
  ],
  Project: [
    { name: 'env:list', summary: 'List the environments of the config', load: () => import('./commands/env-list.js') },
    {
      name: 'env:switch',
      summary: 'Choose the environment of the commands that follow',
      load: () => import('./commands/env-switch.js'),
    },
    { name: 'env:diff', summary: 'Show where two environments differ', load: () => import('./commands/env-diff.js') },
  ],
  Tool: [
    {
      name: 'completion',
      summary: 'Print a completion script for a shell',
      load: () => import('./commands/completion.js'),
    },
  ],
}

export const commandEntries: readonly CommandEntry[] = Object.values(COMMANDS).flat()
