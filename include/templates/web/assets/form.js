// Draws the survey, keeps partial answers as the respondent moves on, and sends the complete ones.
(function () {
  "use strict";

  const page = JSON.parse(document.getElementById("survey-data").textContent);
  const problem = document.getElementById("problem");
  const errors = document.getElementById("errors");
  const chosenNote = document.getElementById("chosen");

  Survey.settings.titleTags.survey = "h1";
  Survey.settings.titleTags.page = "h2";
  Survey.settings.titleTags.question = "h3";

  // The only icon with a style of its own, which the page does not allow: a stopwatch that no question uses.
  delete Survey.SvgRegistry.icons.timercircle;

  // SurveyJS has some Arabic texts in the order in which they are drawn; a browser needs the order of reading.
  Object.assign(Survey.surveyLocalization.locales.ar ?? {}, {
    progressText: "صفحة {0} من {1}",
    placeholder: "اختر...",
    requiredError: "يُرجى الإجابة عن السؤال.",
  });

  const survey = new Survey.Model(page.definition);
  survey.locale = page.language;
  survey.focusFirstQuestionAutomatic = false;
  survey.clearInvisibleValues = "onHidden"; // the server refuses answers to questions that are not shown
  survey.showCompletePage = false;
  for (const [name, value] of Object.entries(page.variables)) survey.setVariable(name, value);
  survey.onProcessHtml.add((_, options) => {
    // In HTML a variable is put in as it is: a product called <b> must not become markup.
    for (const [name, value] of Object.entries(page.variables)) {
      options.html = options.html.split(`{${name}}`).join(escaped(value));
    }
  });
  for (const question of survey.getAllQuestions()) {
    // The ends of a scale stand under its buttons: beside them there is no room on a phone.
    if (question.getType() === "rating") question.rateDescriptionLocation = "bottom";
    // Leave the variables of HTML to onProcessHtml above, which puts them in as text.
    if (question.getType() === "html") question.getProcessedText = (text) => text;
  }
  survey.data = page.answers;
  survey.currentPageNo = firstPageToDo();

  let saved = JSON.stringify(page.saved);
  let isTouched = false; // a page that was only opened sends nothing, whatever the mail's link has filled in
  let wrong = [];
  let isDone = false;
  let isSending = false;

  survey.onValueChanged.add((_, options) => {
    isTouched = true;
    if (options.name === page.chosen && chosenNote) chosenNote.remove();
    if (!errors.hidden) summarise(wrong.filter((question) => question.name !== options.name));
  });
  survey.onCurrentPageChanged.add(() => {
    isTouched = true;
    errors.hidden = true;
    savePartial();
  });
  survey.onValidatePage.add((_, options) => summarise(options.questions));
  survey.onCompleting.add((_, options) => {
    options.allow = false; // the survey stays as it is until the server has the answers
    sendComplete();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") savePartial(); // the last moment that a phone surely gives us
  });
  for (const link of document.querySelectorAll(".languages a")) {
    link.addEventListener("click", async (event) => {
      event.preventDefault();
      isTouched = true;
      await savePartial();
      location.assign(link.href);
    });
  }
  document.title = `${survey.processedTitle || document.title}`;
  survey.render(document.getElementById("survey"));

  function firstPageToDo() {
    // Where the respondent left off: the first page with a question still to be answered, after the last answered one.
    const pages = survey.visiblePages;
    const answered = (one) => one.questions.some((question) => question.isVisible && !question.isEmpty());
    const missing = (one) => one.questions.some((q) => q.isVisible && q.isRequired && q.isEmpty());
    if (page.chosen) return pages.indexOf(survey.getQuestionByName(page.chosen).page);
    const last = pages.map(answered).lastIndexOf(true);
    if (last < 0) return 0;
    return Math.min(missing(pages[last]) ? last : last + 1, pages.length - 1);
  }

  function post(isComplete) {
    return fetch(page.post, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        answers: survey.data,
        complete: isComplete,
        language: page.language,
        version: page.version,
      }),
      credentials: "omit",
      keepalive: !isComplete, // a partial answer still arrives when the page is closed
    });
  }

  async function savePartial() {
    const now = JSON.stringify(survey.data);
    if (!isTouched || isDone || isSending || now === saved || now === "{}") return;
    try {
      if ((await post(false)).ok) saved = now;
    } catch {
      // Offline: the answers are still on the page, and are sent with the next step.
    }
  }

  async function sendComplete() {
    if (isDone || isSending) return;
    isSending = true;
    problem.hidden = true;
    try {
      const reply = await post(true);
      if (reply.ok) thank();
      else await explain(reply);
    } catch {
      complain(page.texts.send_failed);
    } finally {
      isSending = false;
    }
  }

  async function explain(reply) {
    if (reply.status === 410) return complain(page.texts.send_late);
    if (reply.status === 404) return complain(page.texts.send_unknown);
    if (reply.status !== 422) return complain(page.texts.send_failed);
    const { errors } = await reply.json();
    complain(page.texts.send_refused, errors.map(inWords));
  }

  function inWords(error) {
    const question = error.question && survey.getQuestionByName(error.question);
    return `${question ? question.processedTitle : error.question || ""}: ${error.problem}`;
  }

  function summarise(questions) {
    // All that has to be looked at again, above the questions, each a link to its question.
    wrong = questions;
    errors.replaceChildren(page.texts.send_errors);
    const list = document.createElement("ul");
    for (const question of wrong) {
      const entry = document.createElement("li");
      const link = document.createElement("a");
      link.href = `#${question.id}`;
      link.textContent = question.processedTitle;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        question.focus();
      });
      entry.append(link);
      list.append(entry);
    }
    errors.append(list);
    errors.hidden = wrong.length === 0;
  }

  function complain(text, items = []) {
    problem.replaceChildren(text);
    if (items.length) {
      const list = document.createElement("ul");
      list.append(
        ...items.map((item) => {
          const entry = document.createElement("li");
          entry.textContent = item;
          return entry;
        }),
      );
      problem.append(list);
    }
    problem.hidden = false;
    problem.scrollIntoView({ block: "center" });
  }

  function thank() {
    isDone = true;
    const thanks = document.getElementById("thanks");
    if (page.definition.completedHtml && !page.isPreview) {
      document.getElementById("thanks-text").innerHTML = survey.processedCompletedHtml;
    }
    for (const part of document.querySelectorAll("#survey, #errors, .languages, main > .note")) part.remove();
    thanks.hidden = false;
    const heading = thanks.querySelector("h1");
    document.title = heading.textContent;
    scrollTo(0, 0);
    heading.focus();
    // Once more when all is drawn: a busy browser takes the focus from what was removed only then.
    requestAnimationFrame(() => setTimeout(() => heading.focus()));
  }

  function escaped(text) {
    const element = document.createElement("span");
    element.textContent = text;
    return element.innerHTML;
  }
})();
