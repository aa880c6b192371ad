/** Grammars that constrain text: from notation to masks over a vocabulary. */
package io.github.phi4j.internal.grammar;
