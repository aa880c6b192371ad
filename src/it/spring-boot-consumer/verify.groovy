// The application answers over HTTP, is healthy, and shows its metrics.
def said = new File(basedir, 'target/over-http.log').text
assert said.contains('72')
assert said.contains('The rest of it: 72')
assert said.contains('"status":"UP"')
assert said.contains('gen_ai.server.request.duration')
assert said.contains('"statistic":"COUNT","value":1.0')
