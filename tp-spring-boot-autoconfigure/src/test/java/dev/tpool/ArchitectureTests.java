package dev.tpool;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScans;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/**
 * Spring Boot's own rules for auto-configuration, and the direction of the packages.
 */
class ArchitectureTests {

    private static final JavaClasses CLASSES = new ClassFileImporter()
        .withImportOption(new ImportOption.DoNotIncludeTests())
        .importPackages("dev.tpool.spring", "dev.tpool.boot");

    @Test
    void autoConfigurationsArePublicAndFinal() {
        classes().that()
            .areAnnotatedWith(AutoConfiguration.class)
            .should()
            .bePublic()
            .andShould()
            .haveModifier(FINAL)
            .allowEmptyShould(true)
            .check(CLASSES);
    }

    @Test
    void beanMethodsArePackagePrivate() {
        methods().that().areAnnotatedWith(Bean.class).should().bePackagePrivate().allowEmptyShould(true).check(CLASSES);
    }

    @Test
    void beanMethodsOfPostProcessorsAreStatic() {
        methods().that()
            .areAnnotatedWith(Bean.class)
            .and()
            .haveRawReturnType(assignableTo(BeanPostProcessor.class).or(assignableTo(BeanFactoryPostProcessor.class)))
            .should()
            .beStatic()
            .because("others would be created too early to be processed themselves")
            .allowEmptyShould(true)
            .check(CLASSES);
    }

    @Test
    void classConditionsAreNotOnBeanMethods() {
        methods().that()
            .areAnnotatedWith(Bean.class)
            .should()
            .notBeAnnotatedWith(ConditionalOnClass.class)
            .andShould()
            .notBeAnnotatedWith(ConditionalOnMissingClass.class)
            .because("the signature is resolved before the condition is asked")
            .allowEmptyShould(true)
            .check(CLASSES);
    }

    @Test
    void nothingScansForComponents() {
        noClasses().should()
            .beMetaAnnotatedWith(ComponentScan.class)
            .orShould()
            .beMetaAnnotatedWith(ComponentScans.class)
            .check(CLASSES);
    }

    @Test
    void springPartDoesNotKnowBootPart() {
        noClasses().that()
            .resideInAPackage("dev.tpool.spring..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.tpool.boot..")
            .check(CLASSES);
    }

    @Test
    void packagesAreFreeOfCycles() {
        slices().matching("dev.tpool.(**)").should().beFreeOfCycles().allowEmptyShould(true).check(CLASSES);
    }

    @Test
    void everyPackageIsNullMarked() {
        classes().should(be(describe("in a @NullMarked package", ArchitectureTests::isNullMarked))).check(CLASSES);
    }

    private static boolean isNullMarked(JavaClass type) {
        return type.getPackage().isAnnotatedWith(NullMarked.class);
    }

}
