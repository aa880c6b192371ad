// Accepts what the package description of io.github.phi4j.api announces: a record that phi4j creates may gain
// components, and its constructors parameters for them. A component that is removed or changes its type is still
// an error, since its accessor is missing.

import japicmp.model.JApiChangeStatus

def results = ['Choice', 'Completion', 'Embedding', 'GenerationReport', 'ModelInfo', 'ModelInspection', 'PackedFile',
    'PassReport', 'PrefixCacheUsage', 'Timings', 'TokenLogProb', 'Usage', 'Workload']

def has = { List types, List old ->
  def rest = types.iterator()
  old.every { type -> rest.any { it == type } }
}

for (type in jApiClasses) {
  def name = type.fullyQualifiedName - 'io.github.phi4j.api.' - ~/\$.*/
  if (!(name in results)) {
    continue
  }
  def added = type.constructors.findAll { it.changeStatus == JApiChangeStatus.NEW }.collect { it.parameters*.type }
  type.constructors.removeIf { constructor ->
    constructor.changeStatus == JApiChangeStatus.REMOVED && added.any { has(it, constructor.parameters*.type) }
  }
}
return jApiClasses
