/** Files that phi4j makes: packed weights and saved contexts. */
package io.github.phi4j.internal.storage;
