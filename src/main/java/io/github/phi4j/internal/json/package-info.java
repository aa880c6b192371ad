/** JSON as values: read strictly, written in one way. */
package io.github.phi4j.internal.json;
