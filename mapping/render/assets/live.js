// Keeps an open map current: asks for the page again and swaps only the parts
// that changed, so that nothing flickers and focus, scroll and what was opened
// stay where they are.
(() => {
	const every = 1000, most = 60000, quiet = 15000 // milliseconds
	let tag = '', wait = every, timer = 0, news = new Map(), told = 0

	const parts = (root) => new Map(Array.from(root.querySelectorAll('[data-part]'), (e) => [e.dataset.part, e]))

	function swap(next) {
		const old = parts(document), fresh = parts(next)
		if (old.size !== fresh.size || [...fresh.keys()].some((k) => !old.has(k))) { // the map itself was edited
			document.title = next.title
			document.querySelector('header').replaceWith(document.importNode(next.querySelector('header'), true))
			document.querySelector('main').replaceWith(document.importNode(next.querySelector('main'), true))
			return
		}
		for (const [name, part] of fresh) {
			const was = old.get(name)
			if (was.outerHTML === part.outerHTML) continue
			was.replaceWith(document.importNode(part, true))
			if (name.startsWith('row-')) news.set(name, Array.from(part.querySelectorAll('h2, .measure'), (e) => e.textContent.trim()).join(', '))
		}
		const a = document.querySelector('.wide svg'), b = next.querySelector('.wide svg')
		for (const k of ['viewBox', 'height']) if (a.getAttribute(k) !== b.getAttribute(k)) a.setAttribute(k, b.getAttribute(k))
	}

	// tell says to a screen reader what changed, not more often than it can be heard.
	function tell() {
		if (!news.size || Date.now() - told < quiet) return
		document.getElementById('news').textContent = [...news.values()].join('. ')
		news.clear()
		told = Date.now()
	}

	async function turn() {
		clearTimeout(timer)
		if (!document.hidden) {
			try {
				const r = await fetch(location.href, { headers: tag ? { 'If-None-Match': tag } : {}, cache: 'no-store', signal: AbortSignal.timeout(20000) })
				wait = every
				if (r.status === 200) {
					tag = r.headers.get('ETag') || ''
					swap(new DOMParser().parseFromString(await r.text(), 'text/html'))
				} else if (r.status === 404) {
					location.reload() // the link was ended
					return
				} else if (r.status !== 304) wait = most
				tell()
			} catch {
				wait = Math.min(wait * 2, most)
			}
		}
		timer = setTimeout(turn, wait)
	}
	document.addEventListener('visibilitychange', turn)
	timer = setTimeout(turn, every)
})()
