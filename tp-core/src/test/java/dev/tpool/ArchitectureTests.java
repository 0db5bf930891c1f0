package dev.tpool;

import java.util.Set;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/**
 * What the engine may depend on, and which of its types others may extend.
 */
class ArchitectureTests {

    /**
     * Public classes that invite subclasses; each one's Javadoc tells a subclass its
     * duties.
     */
    private static final Set<String> OPEN_FOR_EXTENSION = Set.of("dev.tpool.sync.TpReusableWaiter");

    private static final JavaClasses CLASSES = new ClassFileImporter()
        .withImportOption(new ImportOption.DoNotIncludeTests())
        .importPackages("dev.tpool");

    @Test
    void dependsOnTheJdkAndJspecifyAlone() {
        classes().should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("dev.tpool..", "java..", "jdk.jfr..", "org.jspecify.annotations")
            .check(CLASSES);
    }

    @Test
    void packagesAreFreeOfCycles() {
        slices().matching("dev.(**)").should().beFreeOfCycles().allowEmptyShould(true).check(CLASSES);
    }

    @Test
    void whatIsWaitedForKnowsNothingOfThePool() {
        noClasses().that()
            .resideInAPackage("dev.tpool.sync")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.tpool")
            .allowEmptyShould(true)
            .check(CLASSES);
    }

    @Test
    void everyPackageIsNullMarked() {
        classes().should(be(describe("in a @NullMarked package", ArchitectureTests::isNullMarked))).check(CLASSES);
    }

    @Test
    void publicTypesAreClosedUnlessListed() {
        classes().that()
            .arePublic()
            .and(DescribedPredicate.not(describe("listed as open", ArchitectureTests::isListedAsOpen)))
            .should(be(describe("final, sealed, an interface or an enum", ArchitectureTests::isClosed)))
            .allowEmptyShould(true)
            .check(CLASSES);
    }

    private static boolean isNullMarked(JavaClass type) {
        return type.getPackage().isAnnotatedWith(NullMarked.class);
    }

    private static boolean isListedAsOpen(JavaClass type) {
        return OPEN_FOR_EXTENSION.contains(type.getName());
    }

    private static boolean isClosed(JavaClass type) {
        return type.isInterface() || type.isEnum() || type.getModifiers().contains(JavaModifier.FINAL)
                || type.reflect().isSealed();
    }

}
