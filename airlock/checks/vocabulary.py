"""The words that tell what a column or row holds, in English and Spanish, as data.

Compared without accents and in lower case, word by word (`disclosure.tables.words`). Order of worth: a word
for a statistic beats one for a count ("mean count"), a count beats a dimension ("patients by age").
"""

from disclosure.tables import word_set

COUNT_WORDS = word_set(
    "n count counts freq frequency frequencies number num cases patients persons people individuals "
    "subjects participants deaths died events event visits admissions episodes population obs "
    "observations records controls numerator denominator total size births prescriptions recuento "
    "frecuencia frecuencias numero casos pacientes personas individuos sujetos participantes muertes "
    "fallecidos defunciones eventos visitas ingresos episodios poblacion registros controles numerador "
    "denominador"
)
PERCENT_WORDS = word_set(
    "% pct percent percentage percentages perc proportion prop share fraction frac rate prevalence "
    "incidence porcentaje proporcion tasa prevalencia incidencia"
)
STATISTIC_WORDS = word_set(
    "mean average avg media promedio sd std stdev deviation desviacion se stderr variance var median "
    "mediana iqr quantile quartile percentile percentil cuartil q1 q2 q3 p5 p10 p25 p50 p75 p90 p95 min"
    " max minimum maximum minimo maximo skew kurtosis ci lci uci coef coefficient coeficiente beta "
    "estimate estimacion hr rr odds hazard pvalue pval chi chi2 df dof statistic rho correlation "
    "correlacion auc smd rmse mae r2 gini loglik aic bic sum suma fpr tpr"
)
WEAK_STATISTIC_WORDS = word_set(
    "error range rango mode moda lower upper low high weight weighted ratio sensitivity specificity "
    "precision recall f1 threshold value"
)
"""Believed only over numbers that are not whole: "Low" and "High" are also the headings of a cross table."""

WHOLE_STATISTICS = word_set("p t z f r or b cv")
"""Statistics only believed as the whole heading, over numbers that are not whole: F is also a sex."""

VALUE_WORDS = word_set(
    "height weight bmi imc sbp dbp bp glucose hba1c cholesterol creatinine egfr "
    "dose dosis length days dias los duration duracion score puntuacion cost coste price "
    "temperature pulse peso talla altura edad age systolic diastolic platelets hemoglobin haemoglobin "
    "sodium potassium"
)
UNIT_WORDS = word_set("cm kg mm hg mmhg mg dl g l ml min years anos in of at mean last first measured")
"""Headings of measurements of one person: whole numbers under them are no counts, but not harmless either."""

DIMENSION_WORDS = word_set(
    "year ano years anos age edad ages edades sex sexo gender genero code codigo codes icd icd10 icd9 "
    "cie cie10 atc concept month mes quarter trimestre week semana day dia date fecha band bands group "
    "grupo category categoria grade grado stage estadio level nivel region province provincia hospital "
    "centre center quintile quintil decile decil imd class clase type tipo wave round period periodo id"
    " of at in de del birth index vocabulary"
)
"""Headings that name a dimension; only believed when every word of the heading is one of these."""

PERSON_WORDS = word_set("person patient subject participant paciente persona sujeto participante individual")
KEY_WORDS = word_set("id ids identifier identificador number num no code codigo key pseudonym pseudo hash")
PERSON_KEYS = word_set(
    "nhc mrn dni nif nie cipa nass nuss cip ssn eid uuid pseudonym pseudonimo seudonimo apellido "
    "apellidos surname forename firstname lastname dob email phone telefono"
)
"""Headings that name a person by themselves."""

PERSON_PHRASES = (
    "first name",
    "last name",
    "full name",
    "birth date",
    "date of birth",
    "fecha nacimiento",
    "fecha de nacimiento",
    "birth datetime",
    "nombre y apellidos",
    "visit occurrence id",
    "record id",
    "nhs number",
    "historia clinica",
    "e mail",
)
"""Phrases in a heading that say that each row is a person."""

ATTRIBUTE_WORDS = word_set(
    "age edad sex sexo gender genero birth nacimiento date fecha datetime diagnosis diagnostico height "
    "weight peso talla bmi imc race ethnicity death postcode zip"
)
"""Headings of what a person has: a table of these without any count is a table of persons."""
