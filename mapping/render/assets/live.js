// Keeps an open map current: asks for the page again and writes only what
// changed into it, so that nothing flickers and focus, selection, scroll and
// what was opened stay where they are. It stops while nobody looks or when it
// is paused, and says when it could not keep up.
(() => {
	const every = 1000, most = 15000, quiet = 15000, patience = 10000 // milliseconds
	const news = new Map(), late = document.getElementById('late'), pause = document.getElementById('pause')
	let tag = '', wait = every, timer = 0, told = 0, current = Date.now(), paused = false, busy = false

	// sync makes an element like another one, touching what differs alone.
	function sync(is, to) {
		if (is.nodeType !== to.nodeType || is.nodeName !== to.nodeName) return is.replaceWith(document.importNode(to, true))
		if (is.nodeType !== 1) {
			if (is.nodeValue !== to.nodeValue) is.nodeValue = to.nodeValue
			return
		}
		for (const { name, value } of to.attributes) if (is.getAttribute(name) !== value) is.setAttribute(name, value)
		for (const { name } of [...is.attributes]) if (!to.hasAttribute(name) && name !== 'open') is.removeAttribute(name)
		const a = [...is.childNodes], b = [...to.childNodes]
		for (let i = 0; i < Math.max(a.length, b.length); i++) {
			if (!b[i]) a[i].remove()
			else if (!a[i]) is.append(document.importNode(b[i], true))
			else sync(a[i], b[i])
		}
	}

	function show(next) {
		if (rules(next) !== rules(document)) {
			location.reload() // the map was edited, and its layout with it
			return
		}
		const sheet = document.styleSheets[0], last = sheet.cssRules.length - 1
		sheet.deleteRule(last)
		sheet.insertRule(next.querySelector('style').textContent.match(foot)[0], last)
		const before = scores()
		for (const part of ['header', 'main', 'footer time']) {
			const is = document.querySelector(part), to = next.querySelector(part)
			if (is && to) sync(is, to)
		}
		for (const [stage, words] of scores()) if (before.get(stage) !== words) news.set(stage, words)
	}

	// foot is the last rule of the style: the time in the foot of printed pages.
	const foot = /@page\{@bottom-left\{.*$/
	const rules = (page) => page.querySelector('style').textContent.replace(foot, '')

	const scores = () => new Map(Array.from(document.querySelectorAll('.stage'), (s) =>
		[s.querySelector('h2').textContent, s.querySelector('h2').textContent + ', ' + s.querySelector('[role=img]').getAttribute('aria-label')]))

	// tell says to a screen reader what changed, not more often than it can be heard.
	function tell() {
		if (!news.size || Date.now() - told < quiet) return
		document.getElementById('news').textContent = [...news.values()].join('. ')
		news.clear()
		told = Date.now()
	}

	function since() {
		const words = Date.now() - current < patience ? '' : late.dataset.words.replace('%', new Date(current).toISOString().slice(11, 16) + ' UTC')
		if (late.textContent !== words) late.textContent = words
	}

	async function turn() {
		clearTimeout(timer)
		if (busy || paused || document.hidden) return
		busy = true
		try {
			const r = await fetch(location.href, { headers: tag ? { 'If-None-Match': tag } : {}, cache: 'no-store', signal: AbortSignal.timeout(20000) })
			if (r.status === 404) return location.reload() // the link was ended
			if (r.status !== 200 && r.status !== 304) throw r.status
			const text = r.status === 200 && await r.text()
			wait = every
			current = Date.now()
			if (text && !paused) {
				tag = r.headers.get('ETag') || ''
				show(new DOMParser().parseFromString(text, 'text/html'))
			}
			tell()
		} catch {
			wait = Math.min(wait * 2, most) * (0.8 + 0.4 * Math.random()) // not all at once when it is back
		} finally {
			busy = false
		}
		since()
		timer = setTimeout(turn, wait)
	}

	// again asks at once: somebody looks, or the network is back.
	function again() {
		if (document.hidden) return clearTimeout(timer)
		wait = every
		turn()
	}
	document.addEventListener('visibilitychange', again)
	addEventListener('online', again)
	addEventListener('pageshow', again)

	pause.hidden = false
	pause.addEventListener('click', () => {
		paused = !paused
		const words = pause.textContent
		pause.textContent = pause.dataset.other
		pause.dataset.other = words
		again()
	})
	timer = setTimeout(turn, every)
})()
