/** Utilities shared by the tests of several packages. */
package io.github.phi4j.testing;
