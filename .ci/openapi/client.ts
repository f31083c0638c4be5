// A small client over the generated types: what is right compiles and works,
// what is wrong does not compile. node client.js URL KEY
import createClient from 'openapi-fetch'
import type { components, paths } from './schema.js'

declare const process: { argv: string[] }
const [baseUrl, key] = process.argv.slice(2) as [string, string]
const api = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${key}` } })

function must<T>(got: { data?: T; error?: components['schemas']['Problem']; response: Response }): T {
	if (got.error) throw new Error(`${got.response.status} ${got.error.type}: ${got.error.detail}`)
	return got.data as T
}

const map = must(await api.POST('/v1/maps', {
	body: { title: 'Online shop', stages: [{ id: 'delivery', name: 'Delivery', touchpoints: [{ id: 'courier', name: 'Courier', channel: 'in_person' }] }] },
}))
const questions: components['schemas']['Question'][] = [
	{ id: 'sat', type: 'csat', title: { en: 'How satisfied are you?' }, required: true },
	{ id: 'why', type: 'choices', title: 'Why?', options: [{ id: 'late', title: 'Too late' }], other: true },
]
const survey = must(await api.POST('/v1/surveys', { body: { map: map.id, stage: 'delivery', title: { en: 'Your delivery' }, questions } }))
must(await api.POST('/v1/surveys/{survey}/publish', { params: { path: { survey: survey.id } } }))
const receipt = must(await api.POST('/v1/responses', {
	params: { header: { 'Idempotency-Key': 'client-1' } },
	body: { survey: survey.id, answers: { sat: 4, why: ['late', { other: 'Rain' }] }, properties: { state: 'SP' } },
}))
const status: 'counted' | 'partial' | 'suspect' | 'screened' = receipt.status
const list = must(await api.GET('/v1/responses', { params: { query: { survey: survey.id, segment: ['state:SP'], limit: 5 } } }))
const next: string | null = list.next
const scores = must(await api.GET('/v1/maps/{map}/scores', { params: { path: { map: map.id }, query: { window: 'P7D' } } }))
const value: number | null | undefined = scores.stages[0]?.satisfaction?.value
const put = await api.PUT('/v1/maps/{map}', { params: { path: { map: map.id }, header: { 'If-Match': '"99"' } }, body: { title: 'x', stages: [{ id: 'delivery', name: 'x' }] } })
if (put.response.status !== 412 || put.error?.type !== '/docs#stale') throw new Error('a stale PUT was taken')
if (list.data.length !== 1 || status !== 'counted' || next !== null || value !== null) throw new Error('the server answers otherwise')

export async function wrong() {
	// @ts-expect-error a map needs stages
	await api.POST('/v1/maps', { body: { title: 'x' } })
	// @ts-expect-error there is no such key
	const more: components['schemas']['MapDocument'] = { title: 'x', stages: [], workspace: 'x' }
	// @ts-expect-error a text is no number
	await api.POST('/v1/maps', { body: { ...more, language: 1 } })
	// @ts-expect-error there is no such channel
	await api.POST('/v1/maps', { body: { title: 'x', stages: [{ id: 'a', name: 'A', touchpoints: [{ id: 'b', name: 'B', channel: 'pigeon' }] }] } })
	// @ts-expect-error a csat has no options
	await api.POST('/v1/surveys', { body: { map: map.id, stage: 'a', questions: [{ id: 'a', type: 'csat', options: [] }] } })
	// @ts-expect-error a PUT names the version that it is based on
	await api.PUT('/v1/maps/{map}', { params: { path: { map: map.id } }, body: { title: 'x', stages: [] } })
	// @ts-expect-error there is no such route
	await api.GET('/v1/nothing')
	// @ts-expect-error there is no such parameter
	await api.GET('/v1/maps', { params: { query: { page: 2 } } })
}
console.log('the generated client works')
