export { migrateModels } from './migrate-models.js'
