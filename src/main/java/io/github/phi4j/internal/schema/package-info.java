/** JSON Schema to grammars in GBNF, and the grammars of tool calls. */
package io.github.phi4j.internal.schema;
