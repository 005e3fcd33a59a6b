/** Tests of exact amounts. */
@NullMarked
package dev.purser.money;

import org.jspecify.annotations.NullMarked;
