export { CLI_CODES, CliError } from './errors.js'
export { runTool } from './run-tool.js'
