import { init } from "/widget/widget.js";

const { token, language } = document.body.dataset;

const heard = (name) => (detail) => {
  const item = document.createElement("li");
  const title = document.createElement("strong");
  title.textContent = name;
  item.append(title, " ", detail ? JSON.stringify(detail) : "");
  document.getElementById("events").append(item);
};

if (token) {
  init({
    containerId: "signing",
    token,
    language,
    onReady: heard("onReady"),
    onSigned: heard("onSigned"),
    onReviewed: heard("onReviewed"),
    onDeclined: heard("onDeclined"),
    onCompleted: heard("onCompleted"),
    onError: heard("onError"),
  });
}
