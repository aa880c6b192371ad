/** The command line. It uses only what any other program could use: the exported packages. */
package io.github.phi4j.cli;
