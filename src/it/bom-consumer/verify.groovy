// No version stands in the consumer's pom: the bom has them all.
def said = new File(basedir, 'target/through-the-bom.log').text
assert said.contains('a context of ')
assert said.contains('72')
