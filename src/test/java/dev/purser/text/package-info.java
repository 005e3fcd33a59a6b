/** Tests of what a text from outside may be. */
@NullMarked
package dev.purser.text;

import org.jspecify.annotations.NullMarked;
