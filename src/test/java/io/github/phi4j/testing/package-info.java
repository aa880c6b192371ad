/** What tests of several packages share. */
package io.github.phi4j.testing;
