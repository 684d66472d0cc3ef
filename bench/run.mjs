process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
const { main } = await import('./harness/command.mjs')
process.exitCode = await main(process.argv.slice(2))
