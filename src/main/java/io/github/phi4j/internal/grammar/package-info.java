/** Grammars that text must follow: from their notation to masks over a vocabulary. */
package io.github.phi4j.internal.grammar;
