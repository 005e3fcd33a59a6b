/** The pages in a real Chromium. */
@NullMarked
package dev.purser.web.browsing;

import org.jspecify.annotations.NullMarked;
