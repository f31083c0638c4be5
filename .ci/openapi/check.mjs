// What others' tools say of the description that a server gives of itself: a
// linter, the compiler over a client that is generated from it, and that
// client at work. node check.mjs PROGRAM
import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { createConfig, formatProblems, lint } from '@redocly/openapi-core'
import openapiTS, { astToString } from 'openapi-typescript'

const key = 'wm_check_0123456789abcdefghijklmnopqrstuvwxyz'

async function start(program) {
	const data = await mkdtemp('data-')
	const server = spawn(program, ['serve', '--addr', '127.0.0.1:0', '--data', data], { env: { ...process.env, WAYMARK_BOOTSTRAP_KEY: key }, stdio: ['ignore', 'pipe', 'inherit'] })
	const ended = new Promise(resolve => server.on('exit', resolve))
	const stop = async () => { server.kill(); await ended; await rm(data, { recursive: true }) }
	for await (const line of createInterface({ input: server.stdout })) {
		const found = /listens on (\S+)/.exec(line)
		if (found) return { url: found[1], stop }
	}
	throw new Error('the server did not start')
}

function run(...args) {
	const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
	if (status !== 0) throw new Error(`${args[0]} fails`)
}

const { url, stop } = await start(process.argv[2])
try {
	const answer = await fetch(url + '/openapi.json')
	if (!answer.ok) throw new Error(`the server answers ${answer.status}`)
	await writeFile('openapi.json', await answer.text())

	const config = await createConfig({
		extends: ['recommended-strict'],
		rules: { 'operation-4xx-response': 'off' }, // what takes neither key nor parameter has nothing to refuse
	})
	const problems = await lint({ ref: 'openapi.json', config })
	formatProblems(problems, { totals: { errors: problems.length, warnings: 0, ignored: 0 }, format: 'stylish' })
	if (problems.length > 0) throw new Error(`the linter finds ${problems.length} faults`)
	console.log('the linter finds nothing')

	await writeFile('schema.d.ts', astToString(await openapiTS(new URL('openapi.json', import.meta.url))))
	run('node_modules/typescript/bin/tsc', '--noEmit')
	console.log('the generated types compile')
	run('node_modules/typescript/bin/tsc')
	run('client.js', url, key)
} finally {
	await stop()
}
