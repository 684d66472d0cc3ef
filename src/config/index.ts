export { defineConfig } from './define-config.js'
export { CONFIG_FILE_CODES, ConfigFileError } from './errors.js'
export { findConfigFile } from './find-config-file.js'
export { type LoadConfigOptions, loadConfig, loadConfigSync } from './load-config.js'
