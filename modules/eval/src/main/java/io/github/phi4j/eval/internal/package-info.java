/** Utilities shared by the packages of this module. */
package io.github.phi4j.eval.internal;
