/** The pages. */
@NullMarked
package dev.purser.web;

import org.jspecify.annotations.NullMarked;
