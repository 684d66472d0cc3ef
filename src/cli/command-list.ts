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
  Data: [
    { name: 'query', summary: 'Read items of one partition key', load: () => import('./commands/query.js') },
    { name: 'scan', summary: 'Read items of the whole table', load: () => import('./commands/scan.js') },
    { name: 'get', summary: 'Show one row of a model, or one item', load: () => import('./commands/get.js') },
    { name: 'put', summary: 'Write one row of a model, or one item', load: () => import('./commands/put.js') },
    { name: 'delete', summary: 'Delete one row of a model, or one item', load: () => import('./commands/delete.js') },
    {
      name: 'export',
      summary: 'Write rows of a model, or items of the table, to a file',
      load: () => import('./commands/export.js'),
    },
    { name: 'import', summary: 'Read rows of a file into the table', load: () => import('./commands/import.js') },
    { name: 'backup', summary: 'Take a backup of a table', load: () => import('./commands/backup.js') },
    {
      name: 'backup:list',
      summary: 'List the backups, the newest first',
      load: () => import('./commands/backup-list.js'),
    },
    {
      name: 'backup:verify',
      summary: 'Read all of a backup, and say what is wrong with it',
      load: () => import('./commands/backup-verify.js'),
    },
    { name: 'backup:delete', summary: 'Delete a backup', load: () => import('./commands/backup-delete.js') },
    { name: 'restore', summary: 'Make a table of a backup', load: () => import('./commands/restore.js') },
  ],
  Migrations: [
    { name: 'migrate', summary: 'Run what migrations are pending', load: () => import('./commands/migrate.js') },
    {
      name: 'migrate:status',
      summary: 'Show what was run, what is pending and what differs',
      load: () => import('./commands/migrate-status.js'),
    },
    {
      name: 'migrate:generate',
      summary: 'Write a migration for what the models need',
      load: () => import('./commands/migrate-generate.js'),
    },
    {
      name: 'make:migration',
      summary: 'Write an empty migration, for code of your own',
      load: () => import('./commands/make-migration.js'),
    },
    {
      name: 'migrate:rollback',
      summary: 'Take back the migrations that were run last',
      load: () => import('./commands/migrate-rollback.js'),
    },
    {
      name: 'migrate:fresh',
      summary: 'Delete the tables of the models, and migrate from nothing',
      load: () => import('./commands/migrate-fresh.js'),
    },
    {
      name: 'migrate:unlock',
      summary: 'Take the lease from a process that will not come back',
      load: () => import('./commands/migrate-unlock.js'),
    },
    {
      name: 'ci:migrate',
      summary: 'Check models and lock, run what is pending, and check again',
      load: () => import('./commands/ci-migrate.js'),
    },
  ],
  Seeds: [
    { name: 'seed', summary: 'Run the seeders', load: () => import('./commands/seed.js') },
    { name: 'make:seeder', summary: 'Write the file of a new seeder', load: () => import('./commands/make-seeder.js') },
    {
      name: 'make:factory',
      summary: 'Write the file of a new factory',
      load: () => import('./commands/make-factory.js'),
    },
    {
      name: 'db:fresh',
      summary: 'Delete the tables of the models, migrate, and run seeders',
      load: () => import('./commands/db-fresh.js'),
    },
  ],
  Tables: [
    { name: 'table:list', summary: 'List the tables', load: () => import('./commands/table-list.js') },
    { name: 'table:describe', summary: 'Show a table as it is', load: () => import('./commands/table-describe.js') },
    {
      name: 'table:create',
      summary: 'Make the tables of the models',
      load: () => import('./commands/table-create.js'),
    },
    { name: 'table:delete', summary: 'Delete a table', load: () => import('./commands/table-delete.js') },
    { name: 'table:wait', summary: 'Wait until a table can be used', load: () => import('./commands/table-wait.js') },
    {
      name: 'table:update',
      summary: 'Change settings of a table',
      load: () => import('./commands/table-update.js'),
    },
    {
      name: 'table:copy',
      summary: 'Copy the rows into a new table, as the models are now',
      load: () => import('./commands/table-copy.js'),
    },
    { name: 'table:ttl', summary: 'Let items expire, or not', load: () => import('./commands/table-ttl.js') },
    {
      name: 'table:replicas',
      summary: 'Show, add or remove regions of a global table',
      load: () => import('./commands/table-replicas.js'),
    },
    {
      name: 'table:scaling',
      summary: 'Let the capacity of a table follow its use',
      load: () => import('./commands/table-scaling.js'),
    },
    {
      name: 'table:metrics',
      summary: 'Show what a table was used for',
      load: () => import('./commands/table-metrics.js'),
    },
    {
      name: 'table:export',
      summary: 'Write the tables of the models as infrastructure code',
      load: () => import('./commands/table-export.js'),
    },
  ],
  Models: [
    {
      name: 'models',
      summary: 'List the models that were found, and what was not understood',
      load: () => import('./commands/models.js'),
    },
    {
      name: 'access-patterns',
      summary: 'List every way to read the models without a Scan',
      load: () => import('./commands/access-patterns.js'),
    },
    { name: 'make:model', summary: 'Write the file of a new model', load: () => import('./commands/make-model.js') },
    { name: 'console', summary: 'Open a console with the models loaded', load: () => import('./commands/console.js') },
    {
      name: 'iam:policy',
      summary: 'Print the IAM policy that the models need, and no more',
      load: () => import('./commands/iam-policy.js'),
    },
    {
      name: 'ci:validate',
      summary: 'Check models, design and schema lock without a table',
      load: () => import('./commands/ci-validate.js'),
    },
  ],
  Security: [
    {
      name: 'audit:list',
      summary: 'List what was done to rows of audited models',
      load: () => import('./commands/audit-list.js'),
    },
    {
      name: 'audit:verify',
      summary: 'Say which entries of the audit are not what was written',
      load: () => import('./commands/audit-verify.js'),
    },
    {
      name: 'reencrypt',
      summary: 'Encrypt values anew that are under old keys',
      load: () => import('./commands/reencrypt.js'),
    },
  ],
  Project: [
    {
      name: 'dev',
      summary: 'Keep a local engine running with tables that follow the models',
      load: () => import('./commands/dev.js'),
    },
    { name: 'init', summary: 'Begin a project in this folder', load: () => import('./commands/init.js') },
    { name: 'doctor', summary: 'Check what the project needs to run', load: () => import('./commands/doctor.js') },
    { name: 'env:list', summary: 'List the environments of the config', load: () => import('./commands/env-list.js') },
    {
      name: 'env:switch',
      summary: 'Choose the environment of the commands that follow',
      load: () => import('./commands/env-switch.js'),
    },
    {
      name: 'env:mark',
      summary: 'Note in the table which environment it is of',
      load: () => import('./commands/env-mark.js'),
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
