/** Files that phi4j creates: packed weights and saved contexts. */
package io.github.phi4j.internal.storage;
