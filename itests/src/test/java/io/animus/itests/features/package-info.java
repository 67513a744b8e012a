/** Tests that run inside the container, by Pax Exam and JUnit 4. */
@NullMarked
package io.animus.itests.features;

import org.jspecify.annotations.NullMarked;
