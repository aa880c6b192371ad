/** The command line. Like any other program, it uses only the exported packages. */
package io.github.phi4j.cli;
