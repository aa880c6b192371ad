/** What the packages of this module share. */
package io.github.phi4j.eval.internal;
