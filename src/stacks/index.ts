export { isModelParserError, ModelParserError, PARSER_CODES } from './errors.js'
export { ModelParser, type ParsedModel, type ParsedModels, type ParseFault } from './model-parser.js'
export type { StacksMetadata } from './read-stacks-model.js'
export type {
  StacksAttribute,
  StacksDefinition,
  StacksIndex,
  StacksRelation,
  StacksRelations,
} from './stacks-definition.js'
export type { StacksSeeder } from './stacks-traits.js'
export type { StacksModel } from './stacks-types.js'
export { standInsAt } from './stand-ins.js'
